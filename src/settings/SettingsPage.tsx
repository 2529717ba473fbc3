import { Link, useSearch } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { AppSettings } from "@/api/bindings.ts";
import { useApiQuery, useRefusal } from "@/api/context.tsx";
import { asSentence, failureTitle } from "@/api/failure.ts";
import { ErrorState } from "@/ui/ErrorState.tsx";
import { Page } from "@/ui/Page.tsx";
import { SkeletonRows } from "@/ui/Skeleton.tsx";
import { Locked } from "@/ui/Locked.tsx";
import { ApiKey } from "./ApiKey.tsx";
import { Appearance, Desktop, Notifications } from "./AppChoices.tsx";
import { text } from "./messages.ts";
import { RunDefaults } from "./RunDefaults.tsx";
import { Group, Sections } from "./Sections.tsx";
import { ShortcutList } from "./ShortcutList.tsx";
import { useAppSettings } from "./useAppSettings.ts";

const SECTIONS = ["appearance", "notifications", "desktop", "runs", "account", "shortcuts"] as const;
type SectionId = (typeof SECTIONS)[number];

/** A section that another part of the application brings. */
export type MoreSection = { id: string; title: string; content: ReactNode };

/** What a person chose for all projects, and beside it what `more` brings. */
export function SettingsPage({ more }: { more: readonly MoreSection[] }) {
  const { section } = useSearch({ from: "/settings" });
  const other = more.find(({ id }) => id === section);
  const current = SECTIONS.find((id) => id === section) ?? "appearance";
  const { read, change, isSaving } = useAppSettings();
  const refusal = useRefusal("app_settings_write");
  return (
    <Page title={text.app.title} isBare>
      <Sections
        label={text.app.sectionsLabel}
        sections={[...SECTIONS.map((id) => ({ id: id as string, title: text.app.sections[id] })), ...more]}
        current={other?.id ?? current}
      >
        {other?.content}
        {!other && read.isPending && <SkeletonRows label={text.app.loading} />}
        {!other && read.error && !read.data && (
          <ErrorState
            title={text.app.failed}
            message={`${failureTitle(read.error)}. ${asSentence(read.error.message)}`}
            hint={read.error.hint}
            incident={read.error.incident}
            onRetry={() => void read.refetch()}
          />
        )}
        {!other && read.data && (
          <Locked reason={refusal}>
            <Open section={current} settings={read.data} change={change} isSaving={isSaving} />
          </Locked>
        )}
      </Sections>
    </Page>
  );
}

export type Change = (part: Partial<AppSettings>, onSaved?: () => void) => void;

type OpenProps = { section: SectionId; settings: AppSettings; change: Change; isSaving: boolean };

function Open({ section, settings, change, isSaving }: OpenProps): ReactNode {
  switch (section) {
    case "appearance":
      return <Appearance settings={settings} change={change} />;
    case "notifications":
      return <Notifications settings={settings} change={change} />;
    case "desktop":
      return <Desktop settings={settings} change={change} isSaving={isSaving} />;
    case "runs":
      return <RunDefaults settings={settings} change={change} isSaving={isSaving} />;
    case "account":
      return <Account />;
    case "shortcuts":
      return <ShortcutList chosen={settings.shortcuts} onChange={(shortcuts) => change({ shortcuts })} />;
  }
}

function Account() {
  const setup = useApiQuery("setup_status", null);
  return (
    <Group
      title={text.app.sections.account}
      actions={
        <Link to="/setup" className="text-xs font-medium text-accent underline-offset-2 hover:underline">
          {text.app.setup}
        </Link>
      }
    >
      {setup.isPending && <SkeletonRows label={text.setup.loading} count={2} />}
      {setup.error && (
        <ErrorState
          title={text.setup.failed}
          message={setup.error.message}
          hint={setup.error.hint}
          incident={setup.error.incident}
          onRetry={() => void setup.refetch()}
        />
      )}
      {setup.data && (
        <>
          <p>
            {text.setup.login[setup.data.claude.login]}
            {setup.data.claude.account && <span className="text-muted"> · {setup.data.claude.account}</span>}
          </p>
          <ApiKey keychain={setup.data.keychain} />
        </>
      )}
    </Group>
  );
}
