// Names that both ends of a link must agree on and that no frame carries (protocol.md §5.4).

/** ALPN of direct connections. */
export const DIRECT_PROTOCOL = 'pg-direct/1';
/** Label of the TLS exporter: that of RFC 9266. */
export const EXPORTER_LABEL = 'EXPORTER-Channel-Binding';
