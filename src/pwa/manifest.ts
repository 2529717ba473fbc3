/** What a system is told about the interface when a person installs it. */
export const manifest = {
  id: "/",
  name: "Auto Agent Harness",
  short_name: "Harness",
  description: "Coding agents at work: watch them, answer them, stop them.",
  start_url: "/",
  scope: "/",
  display: "standalone",
  background_color: "#0d0e11",
  theme_color: "#131418",
  categories: ["developer", "productivity"],
  icons: [
    { src: "/icons/web-192.png", sizes: "192x192", type: "image/png", purpose: "any" },
    { src: "/icons/icon.png", sizes: "512x512", type: "image/png", purpose: "any" },
    { src: "/icons/web-maskable-512.png", sizes: "512x512", type: "image/png", purpose: "maskable" },
  ],
};
