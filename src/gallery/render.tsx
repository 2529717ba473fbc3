import { RouterProvider, createMemoryHistory } from "@tanstack/react-router";
import { render } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import type { Door } from "@/api/door.ts";
import { FakeHost, type FakePlan } from "@/api/fake/host.ts";
import { createQueryClient, Providers } from "@/app/Providers.tsx";
import { createAppRouter } from "@/app/router.tsx";
import { browserHost } from "@/host/browser.ts";
import type { Host } from "@/host/host.ts";

type Options = FakePlan & {
  host?: Partial<Host>;
  /** The door in front of the host; none as inside the desktop application. */
  door?: Door;
  /** Changes the made-up world before the first screen is drawn. */
  prepare?: (host: FakeHost) => void;
};

/** Draws the whole application at `path` over a fake host. */
export function renderApp(path: string, { host: machine, door, prepare, ...plan }: Options = {}) {
  const host = new FakeHost(plan);
  prepare?.(host);
  const history = createMemoryHistory({ initialEntries: [path] });
  const router = createAppRouter(history);
  const user = userEvent.setup();
  const drawn = render(
    <Providers
      transport={host}
      host={{ ...browserHost(), ...machine }}
      door={door ?? null}
      queries={createQueryClient()}
    >
      <RouterProvider router={router} />
    </Providers>,
  );
  return { host, router, user, ...drawn };
}
