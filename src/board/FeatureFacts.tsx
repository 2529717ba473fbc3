import { Link } from "@tanstack/react-router";
import { GitCompare, ScrollText } from "lucide-react";
import type { ReactNode } from "react";
import type { FeatureDetail, FeatureLink, Session } from "@/api/bindings.ts";
import { dollars, duration, moment } from "@/ui/format.ts";
import { Panel } from "@/ui/Panel.tsx";
import { KindMark } from "./BoardCard.tsx";
import { layerName, text } from "./messages.ts";
import { StatusBadge } from "./StatusBadge.tsx";

type Props = { project: number; detail: FeatureDetail; cost_usd: number | null };

const LINK = "inline-flex items-center gap-1.5 text-accent hover:underline";

/** The side of a card's page: what it is, what it is tied to, and who worked on it. */
export function FeatureFacts({ project, detail, cost_usd }: Props) {
  const { feature, sessions, commits } = detail;
  return (
    <div className="flex flex-col gap-5">
      <Panel title={text.page.facts}>
        <dl className="grid grid-cols-[6rem_minmax(0,1fr)] gap-y-2">
          <Fact name={text.kind}>
            {feature.kind === "feature" ? text.kinds.feature : <KindMark kind={feature.kind} />}{" "}
            <span className="tabular text-faint">#{feature.id}</span>
          </Fact>
          <Fact name={text.page.category}>{feature.category}</Fact>
          <Fact name={text.page.layer}>{layerName(feature.layer)}</Fact>
          <Fact name={text.page.spec}>{feature.source_spec}</Fact>
          <Fact name={text.page.priority}>{feature.is_pinned ? text.pinned : feature.priority}</Fact>
          <Fact name={text.page.attempts}>{feature.attempts}</Fact>
          {feature.model && <Fact name={text.page.model}>{feature.model}</Fact>}
          {cost_usd !== null && cost_usd > 0 && <Fact name={text.page.cost}>{dollars(cost_usd)}</Fact>}
          <Fact name={text.page.updated}>{moment(feature.updated_at_ms)}</Fact>
          {feature.parent !== null && (
            <Fact name={text.page.parent}>
              <Link to="/p/$project/feature/$feature" params={{ project, feature: feature.parent }} className={LINK}>
                #{feature.parent}
              </Link>
            </Fact>
          )}
        </dl>
      </Panel>
      <Links project={project} title={text.page.needs} links={detail.blocked_by} />
      <Links project={project} title={text.page.fixes} links={detail.fixes} />
      <Links project={project} title={text.page.dependents} links={detail.dependents} />
      <Panel title={text.page.sessions} isFlush>
        {sessions.length === 0 && <p className="p-4 text-faint">{text.page.noSessions}</p>}
        <ul className="divide-y divide-line">
          {sessions.map((session, at) => (
            <li key={session.id} className="px-4 py-2.5">
              <SessionLine project={project} session={session} number={at + 1} />
            </li>
          ))}
        </ul>
      </Panel>
      <Panel
        title={text.page.commits}
        isFlush
        actions={
          commits.length > 0 && (
            <Link to="/p/$project/review" params={{ project }} search={{ feature: feature.id }} className={LINK}>
              <GitCompare aria-hidden className="size-3.5" />
              {text.page.changes}
            </Link>
          )
        }
      >
        {commits.length === 0 && <p className="p-4 text-faint">{text.page.noCommits}</p>}
        <ul className="divide-y divide-line">
          {commits.map(({ commit, subject, at_ms }) => (
            <li key={commit} className="px-4 py-2.5">
              <Link
                to="/p/$project/review"
                params={{ project }}
                search={{ commit }}
                className="block truncate hover:underline"
              >
                {subject}
              </Link>
              <p className="text-xs text-faint">
                <code className="font-mono">{commit.slice(0, 8)}</code> · {moment(at_ms)}
              </p>
            </li>
          ))}
        </ul>
      </Panel>
    </div>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt className="text-faint">{name}</dt>
      <dd className="flex items-center gap-1.5 truncate">{children}</dd>
    </>
  );
}

function Links({ project, title, links }: { project: number; title: string; links: readonly FeatureLink[] }) {
  if (links.length === 0) return null;
  return (
    <Panel title={title} isFlush>
      <ul className="max-h-72 divide-y divide-line overflow-y-auto">
        {links.map(({ id, name, status }) => (
          <li key={id}>
            <Link
              to="/p/$project/feature/$feature"
              params={{ project, feature: id }}
              className="flex items-center gap-2 px-4 py-2 hover:bg-hover"
            >
              <span className="tabular text-xs text-faint">#{id}</span>
              <span className="min-w-0 flex-1 truncate">{name}</span>
              <StatusBadge status={status} />
            </Link>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function SessionLine({ project, session, number }: { project: number; session: Session; number: number }) {
  const { id, run, role, turns, cost_usd, started_at_ms, ended_at_ms } = session;
  const length = ended_at_ms === null ? text.page.running : duration(ended_at_ms - started_at_ms);
  return (
    <>
      <p className="flex items-center justify-between gap-2">
        <span className="truncate">{text.page.session(number, role)}</span>
        <Link to="/p/$project/transcript" params={{ project }} search={{ run, session: id }} className={LINK}>
          <ScrollText aria-hidden className="size-3.5" />
          {text.page.transcript}
        </Link>
      </p>
      <p className="tabular text-xs text-faint">{[text.page.turns(turns), length, dollars(cost_usd)].join(" · ")}</p>
    </>
  );
}
