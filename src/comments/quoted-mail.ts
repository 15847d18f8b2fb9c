// Finds where an answer by mail begins to quote: many mail programs put no `>` before the text that they quote.
import type { Markdown } from './markdown.ts';

/** No mail program writes longer lines. */
const MAX_LENGTH = 400;
/** An attribution may be wrapped over this many lines. */
const MAX_WRAPPED = 3;
/** Header lines are within this many lines of `From:`. */
const HEADERS_WITHIN = 6;

/** `-----Original Message-----`, in the languages of Outlook and its relatives; with at most a mark before and after it. */
const DASHED_TITLE = new RegExp(
  `^ {0,3}[-–—_=*]{2,}(?:\\s|&nbsp;)*(?:${[
    'original message|original appointment|forwarded message|begin forwarded message|reply message|message original',
    'ursprüngliche nachricht|original-?nachricht|ursprüngliche (?:e-?)?mail|weitergeleitete nachricht|replied message',
    "message d[’']origine|message original|message transféré|courriel original|mail original",
    'mensaje original|mensaje reenviado|mensagem original|mensagem encaminhada',
    'messaggio originale|messaggio inoltrato|oorspronkelijk bericht|doorgestuurd bericht',
    'ursprungligt meddelande|originalmeddelande|oprindelig meddelelse|opprinnelig melding|alkuperäinen viesti',
    'wiadomość oryginalna|oryginalna wiadomość|původní zpráva|pôvodná správa|eredeti üzenet|mesaj original',
    'исходное сообщение|пересылаемое сообщение|orijinal mesaj|özgün ileti|αρχικό μήνυμα',
    '原始邮件|原始郵件|原始信件|元のメッセージ|転送されたメッセージ|원본 메시지|원본 메일|回复的原邮件',
  ].join('|')})(?:\\s|&nbsp;)*[-–—_=*]{2,}\\s*$`,
  'iu',
);

/** A rule of one kind, as Outlook puts before the header lines. */
const RULE = /^ {0,3}(?:_{5,}|-{5,}|[–—]{3,}|={5,}|\*{5,})\s*$/u;

const headerLine = (names: string): RegExp =>
  new RegExp(`^ {0,3}[*_]{0,2}(?:${names})[*_]{0,2}\\s?[*_]{0,2}[:：]`, 'iu');
const FROM = headerLine(
  'from|von|de|da|van|från|fra|lähettäjä|od|odesílatel|feladó|от|від|kimden|gönderen|από|发件人|發件人|寄件者|差出人|送信者|보낸 ?사람|expeditor|exp[ée]diteur|remitente|mittente|afzender',
);
const OTHER_HEADER = headerLine(
  [
    'sent|date|to|cc|subject|reply-to|importance|gesendet|datum|an|betreff|antwort an',
    'envoyé|date|à|objet|enviado|fecha|data|para|asunto|assunto|inviato|oggetto|a',
    'verzonden|aan|onderwerp|skickat|till|ämne|sendt|til|emne|lähetetty|vastaanottaja|aihe|päivämäärä|dato',
    'wysłano|do|temat|odesláno|komu|předmět|elküldve|címzett|tárgy|отправлено|дата|кому|тема|надіслано',
    'gönderildi|tarih|kime|konu|στάλθηκε|προς|θέμα|发送时间|日期|收件人|主题|寄件日期|收件者|主旨|送信日時|日付|宛先|件名|보낸 ?날짜|날짜|받는 ?사람|제목',
  ].join('|'),
);

/** A header line in any language, as far as its form shows. */
const ANY_HEADER = /^ {0,3}[*_]{0,2}[\p{L}\p{M}][\p{L}\p{M} '’.-]{0,24}[*_]{0,2}\s?[*_]{0,2}[:：]/u;
/** Fewer may be a list of the person's own. */
const MIN_ANY_HEADERS = 3;

/** GitHub hides addresses in what comes by mail: `Ada <ada@example.org>` becomes `Ada ***@***.***>`. */
const HIDDEN = String.raw`\*{3}@\*{3}\.\*{3}[>)\]]?`;
/** `On Mon, Nov 24, 2026 at 10:00 Ada <ada@example.org> wrote:` has a number, a colon at its end, and an address or a verb. */
const ADDRESS = new RegExp(String.raw`(?:[<([]\s?[^\s<>()[\]@]{1,64}@[^\s<>()[\]@]{1,255}\s?[>)\]]|${HIDDEN})`, 'u');
const VERB =
  /(?:wrote|writes|schrieb|a écrit|escribió|ha scritto|schreef|skrev|escreveu|napisał(?:\(a\)|a)?|napsala?|kirjoitti|írta|написала?|пишет|yazdı|έγραψε|写道|寫道|のメール|님이 작성)/iu;
/** Gnus: `Ada <ada@example.org> writes:`, without a date. */
const ADDRESS_AND_VERB = new RegExp(String.raw`${ADDRESS.source},?\s${VERB.source}\s?[:：]$`, 'iu');
/** The name may follow the verb. */
const VERB_WITHIN = 80;
/** Zoho: `---- On Mon, 24 Nov 2026 10:00:00 +0100 Ada wrote ----`. Notes: `-----Ada wrote: -----`, without a date. */
const DASH = '[-–—_=*]';
const OPENING_DASHES = new RegExp(`^${DASH}{2}`, 'u');
const CLOSING_DASHES = new RegExp(`${DASH}{2}$`, 'u');
const VERB_BEFORE_DASHES = new RegExp(`${VERB.source}\\s?[:：]?\\s?${DASH}{2,40}$`, 'iu');
/** Tuta: `24 Nov 2026, 10:00 by ada@example.org:`. In prose an address has no time of day before it. */
const TIME_AND_ADDRESS = /\d[:.]\d\d\D.*\s[^\s<>()[\]@]{1,64}@[^\s<>()[\]@]{1,255}[:：]$/u;
/** Marks of the direction of writing, which mail in Hebrew or Arabic has around names, addresses and whole lines. */
const UNSEEN = /\p{Cf}/gu;
/** GroupWise: `>>> Ada <ada@example.org> 24.11.2026 10:00 >>>`, above text without any `>`. */
const BETWEEN_ARROWS = /^ {0,3}>>>[^>].*\d.*>>>$/u;

/** The first line of the quote, counted from 0; Infinity without one. The person wrote the lines above it. */
export function findQuotedMail({ lines: written, blocks }: Pick<Markdown, 'lines' | 'blocks'>): number {
  const isCode = codeLines({ blocks });
  const lines = written.map((line) => line.replace(UNSEEN, ''));
  for (const [at, line] of lines.entries()) {
    if (line.trim() !== '' && line.length <= MAX_LENGTH && !isCode(at) && beginsQuote(lines, at)) return at;
  }
  return Infinity;
}

function beginsQuote(lines: readonly string[], at: number): boolean {
  const line = lines[at] ?? '';
  if (DASHED_TITLE.test(line)) return true;
  if (RULE.test(line)) return FROM.test(nextText(lines, at + 1));
  if (FROM.test(line) && countHeaders(lines, at + 1) >= 2) return true;
  if (isAddressed(line) && hasAnyHeaders(lines, at + 1)) return true;
  if (BETWEEN_ARROWS.test(line.trimEnd())) return !isQuotedBelow(lines, at);
  return isAttribution(lines, at);
}

/** A header line with an address, such as that of the sender. */
function isAddressed(line: string): boolean {
  return isAnyHeader(line) && ADDRESS.test(line);
}

/** Lines such as `Signed-off-by: …` end the message of a commit, not the head of a mail. */
function isAnyHeader(line: string): boolean {
  return ANY_HEADER.test(line) && !/^ {0,3}[A-Za-z-]+-by:/i.test(line);
}

/** Date, recipient and subject follow without a gap, and the recipient has an address too. */
function hasAnyHeaders(lines: readonly string[], from: number): boolean {
  const next = lines.slice(from, from + MIN_ANY_HEADERS).map((line) => line.slice(0, MAX_LENGTH));
  return next.length === MIN_ANY_HEADERS && next.every(isAnyHeader) && next.some(isAddressed);
}

/** In a real mail, at least two more follow: date, recipient or subject. */
function countHeaders(lines: readonly string[], from: number): number {
  return lines.slice(from, from + HEADERS_WITHIN).filter((line) => OTHER_HEADER.test(line.slice(0, MAX_LENGTH))).length;
}

/** If the text below is quoted with `>`, only those lines are quoted, and what follows is the person's own again. */
function isAttribution(lines: readonly string[], at: number): boolean {
  let text = '';
  for (let end = at; end < Math.min(at + MAX_WRAPPED, lines.length); end += 1) {
    const line = lines[end] ?? '';
    if (line.trim() === '' || text.length + line.length > MAX_LENGTH || line.trimStart().startsWith('/')) return false;
    text = text === '' ? line : `${text} ${line.trim()}`;
    if (isWholeAttribution(text)) return !isQuotedBelow(lines, end);
  }
  return false;
}

function isQuotedBelow(lines: readonly string[], at: number): boolean {
  return nextText(lines, at + 1)
    .trimStart()
    .startsWith('>');
}

function isWholeAttribution(text: string): boolean {
  const trimmed = text.trim();
  if (OPENING_DASHES.test(trimmed) && CLOSING_DASHES.test(trimmed)) {
    return namesWriter(trimmed) || VERB_BEFORE_DASHES.test(trimmed.slice(-VERB_WITHIN));
  }
  if (!/[:：]$/u.test(trimmed.slice(-1)) || trimmed.startsWith('>')) return false;
  return namesWriter(trimmed) || TIME_AND_ADDRESS.test(trimmed) || ADDRESS_AND_VERB.test(trimmed);
}

/** A number, as of a date, and an address or a verb. */
function namesWriter(text: string): boolean {
  return /\p{N}/u.test(text) && (ADDRESS.test(text) || VERB.test(text.slice(-VERB_WITHIN)));
}

/** The next line that is not blank, or undefined. */
function nextText(lines: readonly string[], from: number): string {
  return (
    lines
      .slice(from, from + HEADERS_WITHIN)
      .find((line) => line.trim() !== '')
      ?.slice(0, MAX_LENGTH) ?? ''
  );
}

/** A mail inside a code block is an example, not a mail that somebody answers. */
function codeLines({ blocks }: Pick<Markdown, 'blocks'>): (line: number) => boolean {
  const fenced = new Set<number>();
  for (const block of blocks) {
    if (block.kind !== 'fence') continue;
    const count = block.text.split('\n').length;
    for (let line = 0; line <= count; line += 1) fenced.add(block.firstLine + line);
  }
  return (line) => fenced.has(line);
}
