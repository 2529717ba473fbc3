import { useApi } from "@/api/context.tsx";
import { text } from "./access-messages.ts";
import { NetworkSection } from "./NetworkSection.tsx";
import { PeopleSection } from "./PeopleSection.tsx";
import { TokensSection } from "./TokensSection.tsx";
import { YouSection } from "./YouSection.tsx";

/** What the settings have about who may come in, and by what. Inside the desktop window nobody is signed in. */
export function useAccessSections() {
  const { door } = useApi();
  const { you, network, people, tokens } = text.sections;
  return [
    ...(door ? [{ id: "you", title: you, content: <YouSection /> }] : []),
    { id: "network", title: network, content: <NetworkSection /> },
    { id: "people", title: people, content: <PeopleSection /> },
    { id: "tokens", title: tokens, content: <TokensSection /> },
  ];
}
