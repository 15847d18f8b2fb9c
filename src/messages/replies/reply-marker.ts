// The invisible first line of a reply, by which it is found after an unclear answer.

/** Any key is good: what could end the HTML comment is encoded. */
export function replyMarker(key: string): string {
  return `<!-- imprimatur reply ${encodeURIComponent(key.toWellFormed())} -->`;
}
