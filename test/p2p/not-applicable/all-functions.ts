// Codes that no function returns here, whatever its page says.

export const NEVER_RETURNED: Readonly<Record<string, string>> = {
  E_OUTOFMEMORY: 'never returned: memory that runs out ends a process of Node',
  'CRYPT_*':
    'never returned: there is no provider, and a failure of the cryptographic library is E_FAIL',
  'RPC_*': 'never returned: no other process is called',
  PEER_E_CLOUD_NAME_AMBIGUOUS: 'never returned: there is one cloud',
};
