// Moves of chess as records: the type that the application chose, what their attributes are, and as
// many games as somebody wants. They are made up; only their number is honest.

import type { NewRecord, SharedRecord } from '../src/api/index.ts';

export const MOVE = '1d3ee44c-0f0b-4f0c-9a43-5f1b6d1c7a04';
export const MOVES_PER_GAME = 40;

const PLAYERS = ['Alice', 'Bob', 'Carol'];
const MOVES = ['e4', 'Nf3', 'Bb5', 'O-O', 'd4', 'Nc3', 'Qd2', 'Rfe1', 'a4', 'Nd5', 'h3'];

/** A move as the narrator hears of it. */
export interface Move {
  readonly game: number;
  readonly number: number;
  readonly player: string;
  readonly text: string;
}

export function movesOfGames(first: number, games: number): readonly NewRecord[] {
  return Array.from({ length: games * MOVES_PER_GAME }, (_, at) => {
    const game = first + Math.floor(at / MOVES_PER_GAME);
    return newMove(game, 1 + (at % MOVES_PER_GAME));
  });
}

function newMove(game: number, number: number): NewRecord {
  const text = MOVES[(game * 7 + number * 5) % MOVES.length] ?? '';
  const player = PLAYERS[(game + (number % 2)) % PLAYERS.length] ?? '';
  return {
    type: MOVE,
    data: `${number}. ${text}`,
    attributes: { game, number, player, move: text, playedAt: new Date() },
  };
}

export function moveOf({ attributes }: SharedRecord): Move {
  const { game, number, player, move } = attributes;
  return { game: Number(game), number: Number(number), player: `${player}`, text: `${move}` };
}
