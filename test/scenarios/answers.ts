// What our App answered, as values: the job behind each reply holds them, and its comment only puts them into words.
import type { CommandMistake } from '../../src/domain/command.ts';
import type { Refusal, RefusalCode } from '../../src/domain/refusal.ts';
import type { Reply } from '../../src/domain/reply.ts';
import { replyMarker } from '../../src/messages/replies/reply-marker.ts';
import type { Db } from '../../src/store/database/schema.ts';
import type { SeenComment } from '../support/github/repo.ts';

/** A reply with the login of whom it answers. */
export type Answered = Reply & { readonly to: string | null };

/** The values of our replies among these comments. */
export async function answersAmong(
  db: Db,
  comments: readonly Pick<SeenComment, 'byApp' | 'body'>[],
): Promise<readonly Answered[]> {
  const markers = comments.filter(({ byApp }) => byApp).map(({ body }) => body.split('\n')[0] ?? '');
  if (markers.length === 0) return [];
  const rows = await db.selectFrom('jobs').select(['id', 'payload']).where('kind', '=', 'reply').execute();
  const byMarker = new Map(rows.map(({ id, payload }) => [replyMarker(`reply ${id}`), payload]));
  return markers.flatMap((marker) => {
    const payload = byMarker.get(marker);
    return payload === undefined ? [] : [replyOf(payload)];
  });
}

function replyOf(payload: Uint8Array): Answered {
  const { reply, to = null }: { readonly reply: Reply; readonly to?: string | null } = JSON.parse(
    Buffer.from(payload).toString(),
  );
  return { ...reply, to };
}

/** A mistake in a command line, for `toMatchObject`. */
export function mistaken(code: CommandMistake['code'], values: Readonly<Record<string, unknown>> = {}): object {
  return { kind: 'mistake', mistake: { code, ...values } };
}

type Values<Code extends RefusalCode> = { readonly [Key in keyof Extract<Refusal, { code: Code }>]?: unknown };

/** A refusal with these values among others, for `toMatchObject`. */
export function refused<Code extends RefusalCode>(code: Code, values?: Values<Code>): object {
  return { kind: 'refusal', refusal: { code, ...values } };
}
