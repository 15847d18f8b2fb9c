// Migration: the account or App that has a pinned name now, if it is not the pinned one.

export const PIN_HOLDERS: readonly string[] = [`ALTER TABLE pins ADD COLUMN holder BIGINT`];
