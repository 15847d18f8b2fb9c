// Makes a PNG small: Chromium writes three bytes per pixel, and a picture of text needs one, the number of its colour.
import { crc32, deflateSync, inflateSync } from 'node:zlib';

const SIGNATURE = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');
const RGB_8_BIT = Buffer.from([8, 2, 0, 0, 0]);
const PALETTE_8_BIT = Buffer.from([8, 3, 0, 0, 0]);
const MAX_COLOURS = 256;

type Chunk = { readonly type: string; readonly content: Buffer };
type Picture = { readonly width: number; readonly height: number; readonly colours: readonly number[] };

/** The same picture with its 256 most frequent colours, and with a text in it (PNG, section 11.3.4.3). */
export function shrinkPng(png: Buffer, text: { readonly keyword: string; readonly value: string }): Buffer {
  const { width, height, colours } = decode(png);
  const palette = mostFrequent(colours);
  const numbers = new Map([...new Set(colours)].map((colour) => [colour, nearest(palette, colour)]));
  const lines = Buffer.alloc((width + 1) * height);
  colours.forEach((colour, at) => {
    lines[at + Math.floor(at / width) + 1] = numbers.get(colour) ?? 0;
  });
  const head = Buffer.alloc(8);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', Buffer.concat([head, PALETTE_8_BIT])),
    chunk('tEXt', Buffer.from(`${text.keyword}\0${text.value}`, 'latin1')),
    chunk('PLTE', Buffer.from(palette.flatMap(channels))),
    chunk('IDAT', deflateSync(lines, { level: 9, memLevel: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** The texts of a PNG by their keywords. */
export function textsOf(png: Buffer): ReadonlyMap<string, string> {
  const texts = chunksOf(png).filter(({ type }) => type === 'tEXt');
  return new Map(
    texts.map(({ content }) => {
      const [keyword = '', value = ''] = content.toString('latin1').split('\0');
      return [keyword, value];
    }),
  );
}

function decode(png: Buffer): Picture {
  const chunks = chunksOf(png);
  const head = chunks[0]?.content ?? Buffer.alloc(13);
  if (!head.subarray(8).equals(RGB_8_BIT)) throw new Error('not a PNG of 8-bit RGB');
  const width = head.readUInt32BE(0);
  const height = head.readUInt32BE(4);
  const data = chunks.filter(({ type }) => type === 'IDAT').map(({ content }) => content);
  const bytes = unfilter(inflateSync(Buffer.concat(data)), 3 * width);
  return { width, height, colours: Array.from({ length: width * height }, (_, at) => bytes.readUIntBE(3 * at, 3)) };
}

/** Undoes the filters of the lines (PNG, section 9.2). */
function unfilter(lines: Buffer, length: number): Buffer {
  const height = lines.length / (length + 1);
  const bytes = Buffer.alloc(length * height);
  for (let y = 0; y < height; y += 1) {
    const filter = lines[y * (length + 1)] ?? 0;
    for (let x = 0; x < length; x += 1) {
      const at = y * length + x;
      const left = x < 3 ? 0 : (bytes[at - 3] ?? 0);
      const up = bytes[at - length] ?? 0;
      const upLeft = x < 3 ? 0 : (bytes[at - length - 3] ?? 0);
      const guess = [0, left, up, Math.floor((left + up) / 2), paeth(left, up, upLeft)][filter] ?? 0;
      bytes[at] = (lines[at + y + 1] ?? 0) + guess;
    }
  }
  return bytes;
}

function paeth(left: number, up: number, upLeft: number): number {
  const [toLeft, toUp, toUpLeft] = [up - upLeft, left - upLeft, left + up - 2 * upLeft].map(Math.abs);
  if (toLeft === undefined || toUp === undefined || toUpLeft === undefined) return 0;
  if (toLeft <= toUp && toLeft <= toUpLeft) return left;
  return toUp <= toUpLeft ? up : upLeft;
}

function mostFrequent(colours: readonly number[]): readonly number[] {
  const counts = new Map<number, number>();
  for (const colour of colours) counts.set(colour, (counts.get(colour) ?? 0) + 1);
  const byCount = [...counts].toSorted(([, a], [, b]) => b - a).map(([colour]) => colour);
  return byCount.slice(0, MAX_COLOURS);
}

function nearest(palette: readonly number[], colour: number): number {
  const distances = palette.map((other) => {
    const wanted = channels(colour);
    return channels(other).reduce((sum, channel, at) => sum + (channel - (wanted[at] ?? 0)) ** 2, 0);
  });
  return distances.indexOf(Math.min(...distances));
}

function channels(colour: number): readonly number[] {
  return [16, 8, 0].map((shift) => (colour >> shift) & 255);
}

function chunksOf(png: Buffer): readonly Chunk[] {
  const chunks: Chunk[] = [];
  for (let at = SIGNATURE.length; at < png.length;) {
    const end = at + 8 + png.readUInt32BE(at);
    chunks.push({ type: png.toString('latin1', at + 4, at + 8), content: png.subarray(at + 8, end) });
    at = end + 4;
  }
  return chunks;
}

function chunk(type: string, content: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), content]);
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(content.length);
  check.writeUInt32BE(crc32(named));
  return Buffer.concat([length, named, check]);
}
