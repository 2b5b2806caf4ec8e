// The one thing a decoder throws. It is caught at one place per link, which then closes the link.

/** Bytes or text from outside that do not follow docs/protocol.md. `message` names the field. */
export class MalformedBytes extends Error {
  override readonly name = 'MalformedBytes';
}
