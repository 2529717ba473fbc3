import { fileURLToPath } from "node:url";
import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";
import { preloads } from "./src/app/preloads.ts";
import { installable } from "./src/pwa/plugin.ts";

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

// The gallery is the same interface over a host that exists only in memory. It has a page of its own, so that nothing
// of it is in the product's bundle.
export default defineConfig(({ mode }) => ({
  root: mode === "gallery" ? path("./src/gallery") : path("."),
  plugins: [react(), tailwindcss(), ...(mode === "gallery" ? [] : [preloads(), installable()])],
  resolve: { alias: { "@": path("./src") } },
  build: {
    outDir: mode === "gallery" ? path("./target/gallery") : path("./dist"),
    emptyOutDir: true,
    // The engines of the oldest systems the desktop application runs on.
    target: ["chrome111", "safari16.4"],
    // A font or picture inside a style sheet would need a wider content policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 800,
    rolldownOptions: {
      output: {
        // One letter beyond Latin makes the window's engine hold all of a script in two bytes a letter, and read it slower.
        charset: "ascii",
        codeSplitting: {
          groups: [
            // What the first script needs, and then all that the first page needs, as one file each: many small ones cost
            // more than they save where the window's host hands them out.
            { name: "first", test: /\/src\/main\.tsx$/, priority: 2 },
            { name: "app", test: /\/src\/app\/start\.tsx$/, priority: 1 },
          ],
        },
      },
    },
  },
  server: { port: 5173, strictPort: true },
  test: {
    root: path("."),
    environment: "jsdom",
    globals: true,
    include: ["src/**/*.test.{ts,tsx}"],
    setupFiles: ["src/gallery/test-setup.ts"],
    restoreMocks: true,
    // Bounded, and long enough for a busy machine.
    testTimeout: 60_000,
  },
}));
