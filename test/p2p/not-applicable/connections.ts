// Rows about connections that no test can show.

export const NOT_APPLICABLE: Readonly<Record<string, string>> = {};
