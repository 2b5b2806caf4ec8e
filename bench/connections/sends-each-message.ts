/**
 * All but the subject that gathers messages by hand, which is a remark about small messages only.
 */
export function sendsEachMessage(subject: string): boolean {
  return subject !== 'libp2p-tls-writev';
}
