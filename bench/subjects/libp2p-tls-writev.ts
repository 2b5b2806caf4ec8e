// Not a goal but a remark: what libp2p moves when the application gathers small messages itself.

import { libp2pSubject } from '../connections/libp2p-subject.ts';

export const subject = libp2pSubject({
  name: 'libp2p-tls-writev',
  encrypter: 'tls',
  gathered: 256,
});
