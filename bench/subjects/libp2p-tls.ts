// js-libp2p over TCP with its TLS and yamux.

import { libp2pSubject } from '../connections/libp2p-subject.ts';

export const subject = libp2pSubject({ name: 'libp2p-tls', encrypter: 'tls', gathered: 1 });
