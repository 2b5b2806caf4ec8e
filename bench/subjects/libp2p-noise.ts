// js-libp2p over TCP with Noise and yamux.

import { libp2pSubject } from '../connections/libp2p-subject.ts';

export const subject = libp2pSubject({ name: 'libp2p-noise', encrypter: 'noise', gathered: 1 });
