// Migration: the account or App that has a pinned name now, where it is another one than it was pinned for.

export const PIN_HOLDERS: readonly string[] = [`ALTER TABLE pins ADD COLUMN holder BIGINT`];
