import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import type { Door } from "@/api/door.ts";
import type { Transport } from "@/api/transport.ts";
import type { Host } from "@/host/host.ts";
import { createQueryClient, Providers } from "./Providers.tsx";
import { readAhead } from "./read-ahead.ts";
import { createAppRouter } from "./router.tsx";
import { systemTheme } from "./theme.ts";

/** Draws the application over a host, behind its door where there is one. */
export function start(transport: Transport, host: Host, door: Door | null = null): void {
  const place = document.getElementById("root");
  if (!place) throw new Error("The page has no element with the id root");
  document.documentElement.dataset.theme = systemTheme();
  const router = createAppRouter();
  const queries = createQueryClient();
  const draw = () =>
    createRoot(place).render(
      <StrictMode>
        <Providers transport={transport} host={host} door={door} queries={queries}>
          <RouterProvider router={router} />
        </Providers>
      </StrictMode>,
    );
  // Behind a door it is not known yet whether the person is in. Whatever fails here, the page drawn says it.
  if (door) draw();
  else void Promise.allSettled([readAhead(transport, queries, location.pathname), router.load()]).then(draw);
}
