// Rows about records that no test can show.

const NO_ORDER = 'permits any order, so there is nothing that could be wrong';

export const NOT_APPLICABLE: Readonly<Record<string, string>> = {
  'PeerGroupAddRecord PEER_E_INVALID_PEER_NAME': 'never returned: no peer name is passed',
  'PeerGroupAddRecord 18': NO_ORDER,
  'records 3': NO_ORDER,
};
