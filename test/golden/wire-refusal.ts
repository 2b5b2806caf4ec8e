// A frame that nobody takes, and how one is written down: hexadecimal, with a length in front that is
// right unless it is the point.

export interface WireRefusal {
  readonly message: string;
  readonly why: string;
  readonly frame: string;
}

export function refusal(message: string, why: string, frame: string): WireRefusal {
  return { message, why, frame };
}

export function frameText(
  kind: number,
  payload: string,
  length: number = payload.length / 2,
): string {
  return length.toString(16).padStart(8, '0') + kind.toString(16).padStart(2, '0') + payload;
}

export function overLimit(kind: number, lengthMax: number): string {
  return frameText(kind, '', lengthMax + 1);
}
