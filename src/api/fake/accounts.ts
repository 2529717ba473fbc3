import type { ApiToken, DeviceView, LanStatus, User } from "../bindings.ts";
import { type Handlers, START_MS, type World, fail, numbering } from "./world.ts";

type AccountsName = Extract<
  keyof Handlers,
  `user_${string}` | `device_${string}` | `token_${string}` | `pairing_${string}` | `lan_${string}`
>;

const HOUR_MS = 3_600_000;
const PAIRING_MS = 5 * 60_000;

const USERS: User[] = [
  { id: 1, name: "mira", role: "admin", created_at_ms: START_MS - 900 * HOUR_MS },
  { id: 2, name: "jonas", role: "operator", created_at_ms: START_MS - 400 * HOUR_MS },
  { id: 3, name: "guest", role: "viewer", created_at_ms: START_MS - 90 * HOUR_MS },
];

function device(id: number, name: string, owner: User | null, hoursAgo: number): DeviceView {
  return {
    id,
    user: owner?.id ?? null,
    user_name: owner?.name ?? null,
    role: owner?.role ?? "operator",
    name,
    address: `192.168.1.${20 + id}`,
    created_at_ms: START_MS - 10 * hoursAgo * HOUR_MS,
    seen_at_ms: START_MS - hoursAgo * HOUR_MS,
    is_current: id === 1,
  };
}

/** A picture with the look of a code; no camera reads it. */
function picture(): string {
  const cells: string[] = [];
  for (let at = 0; at < 25 * 25; at += 1) {
    if ((at * 7919 + (at % 25) * 104729) % 11 < 5) cells.push(`M${at % 25} ${Math.floor(at / 25)}h1v1h-1z`);
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="-2 -2 29 29" width="240" height="240"><path fill="#fff" d="M-2-2h29v29H-2z"/><path d="${cells.join("")}"/></svg>`;
}

/** Users, devices, tokens, pairing and the door to the network, as a desktop has them. */
export function accountsHandlers(world: World): Pick<Handlers, AccountsName> {
  const nextToken = numbering();
  const users = new Map(USERS.map((user) => [user.id, { ...user }]));
  const [mira, jonas] = USERS as [User, User, User];
  const devices = new Map(
    [device(1, "Firefox on Linux", mira, 0), device(2, "Pixel 9", jonas, 3), device(3, "Kitchen tablet", null, 50)].map(
      (one) => [one.id, one],
    ),
  );
  const tokens = new Map<number, ApiToken>();
  let lan: LanStatus = {
    is_on: false,
    address: null,
    urls: [],
    fingerprint: null,
    is_tls: false,
    can_switch: true,
    problem: null,
  };
  const changed = () => world.emit(0, { event: "accounts_changed" });
  const userOf = (id: number) => users.get(id) ?? fail("not_found", `there is no user ${id}`);
  const keepAnAdmin = (without: number) => {
    if (![...users.values()].some(({ id, role }) => role === "admin" && id !== without))
      fail("refused", "this is the last admin: make another user an admin first");
  };
  const refuseWeak = (password: string) => {
    if (password.length < 12) fail("bad_input", "a password has at least 12 characters: choose another one");
  };

  return {
    user_list: () => [...users.values()].toSorted((a, b) => a.name.localeCompare(b.name)),
    user_add: ({ name, role, password }) => {
      refuseWeak(password);
      if ([...users.values()].some((user) => user.name.toLowerCase() === name.toLowerCase()))
        fail("conflict", `there is a user named "${name}" already: choose another name`);
      const user: User = { id: Math.max(0, ...users.keys()) + 1, name, role, created_at_ms: world.now() };
      users.set(user.id, user);
      changed();
      return user;
    },
    user_edit: ({ user: id, role, password }) => {
      const user = userOf(id);
      if (password !== undefined && password !== null) {
        refuseWeak(password);
        for (const one of devices.values()) if (one.user === id) devices.delete(one.id);
      }
      if (role) {
        if (role !== "admin") keepAnAdmin(id);
        user.role = role;
      }
      changed();
      return user;
    },
    user_remove: ({ user: id }) => {
      userOf(id);
      keepAnAdmin(id);
      users.delete(id);
      for (const one of devices.values()) if (one.user === id) devices.delete(one.id);
      changed();
      return null;
    },
    device_list: () => [...devices.values()],
    device_revoke: ({ device: id }) => {
      if (!devices.delete(id)) fail("not_found", "there is no such device; it may have been signed out already");
      changed();
      return null;
    },
    token_list: () => [...tokens.values()].toReversed(),
    token_create: ({ name, role, days, projects }) => {
      const listed: ApiToken = {
        id: nextToken(),
        name,
        role,
        projects: projects ?? null,
        made_by: null,
        created_at_ms: world.now(),
        expires_at_ms: days ? world.now() + days * 24 * HOUR_MS : null,
        used_at_ms: null,
      };
      tokens.set(listed.id, listed);
      changed();
      return { token: `aah_${"fake".repeat(11).slice(0, 43)}`, listed };
    },
    token_revoke: ({ token: id }) => {
      if (!tokens.delete(id)) fail("not_found", `there is no token ${id}`);
      changed();
      return null;
    },
    pairing_start: () => {
      const [url] = lan.urls;
      if (!url)
        return fail(
          "not_possible_now",
          "no other device can reach this one yet",
          "Open the door to the network first.",
        );
      return {
        code: "7K3M9QXZ",
        url: `${url}/pair#code=7K3M9QXZ`,
        qr_svg: picture(),
        expires_at_ms: world.now() + PAIRING_MS,
      };
    },
    pairing_stop: () => null,
    lan_status: () => lan,
    lan_start: ({ address, is_tls }) => {
      const listens = address ?? "0.0.0.0:8888";
      const url = `${is_tls ? "https" : "http"}://192.168.1.20:${listens.split(":").at(-1) ?? "8888"}`;
      const fingerprint = is_tls ? Array.from({ length: 32 }, (_, at) => (at * 7 + 16).toString(16)).join(":") : null;
      lan = { ...lan, is_on: true, address: listens, urls: [url], fingerprint, is_tls };
      changed();
      return lan;
    },
    lan_stop: () => {
      lan = { ...lan, is_on: false, address: null, urls: [], fingerprint: null, is_tls: false };
      changed();
      return lan;
    },
  };
}
