/** A secret that came in the address behind `#`, where no server and no log sees it. */
export type Fragment = { token: string | null; code: string | null };

export const NO_FRAGMENT: Fragment = { token: null, code: null };

/** The secrets in a fragment, with or without its `#`; `null` when there are none. */
export function fragmentOf(hash: string): Fragment | null {
  const fields = new URLSearchParams(hash.replace(/^#/, ""));
  const [token, code] = [fields.get("token"), fields.get("code")];
  return token || code ? { token: token || null, code: code || null } : null;
}
