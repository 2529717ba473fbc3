import { Link } from "@tanstack/react-router";
import type { RunMove, Session } from "@/api/bindings.ts";
import { Badge } from "@/ui/Badge.tsx";
import { clock, dollars, duration } from "@/ui/format.ts";
import { useNow } from "@/ui/useNow.ts";
import { text } from "./messages.ts";
import { outcomeTone, outcomeWords, ROLES, STATES } from "./words.ts";

const HEAD = "px-3 py-2 text-left text-xs font-medium text-muted";
const CELL = "border-t border-line px-3 py-2 align-top";

/** The sessions of a run, newest first: what each worked on, how it ended and what it cost. */
export function SessionTable({ project, sessions }: { project: number; sessions: readonly Session[] }) {
  const now = useNow(5000);
  if (sessions.length === 0) return <p className="p-4 text-muted">{text.noSessions}</p>;
  return (
    <div className="overflow-x-auto">
      <table className="w-full tabular">
        <thead>
          <tr>
            <th className={HEAD}>{text.session}</th>
            <th className={HEAD}>{text.card}</th>
            <th className={HEAD}>{text.outcome}</th>
            <th className={HEAD}>{text.duration}</th>
            <th className={`${HEAD} text-right`}>{text.cost}</th>
          </tr>
        </thead>
        <tbody>
          {sessions.toReversed().map((session, at) => (
            <tr key={session.id} className="hover:bg-hover">
              <td className={CELL}>
                <Link
                  to="/p/$project/transcript"
                  params={{ project }}
                  search={{ session: session.id }}
                  className="whitespace-nowrap text-accent hover:underline"
                >
                  {sessions.length - at} · {ROLES[session.role]}
                </Link>
              </td>
              <td className={CELL}>
                {session.feature === null ? (
                  <span className="text-faint">–</span>
                ) : (
                  <Link
                    to="/p/$project/feature/$feature"
                    params={{ project, feature: session.feature }}
                    className="text-accent hover:underline"
                  >
                    #{session.feature}
                  </Link>
                )}
              </td>
              <td className={CELL}>
                <Badge tone={outcomeTone(session.outcome)}>
                  {session.outcome ? outcomeWords(session.outcome) : text.goingOn}
                </Badge>
                {session.outcome && "detail" in session.outcome && (
                  <p className="mt-1 line-clamp-2 text-xs text-muted wrap-anywhere">{session.outcome.detail}</p>
                )}
              </td>
              <td className={`${CELL} whitespace-nowrap`}>
                {duration(Math.max(0, (session.ended_at_ms ?? now) - session.started_at_ms))}
                {/* Turns and cost are counted at its end; until then the page above shows what is known. */}
                {session.outcome && <span className="text-muted"> · {text.turns(session.turns)}</span>}
              </td>
              <td className={`${CELL} text-right`}>{session.outcome ? dollars(session.cost_usd) : "–"}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** How the run moved from state to state, newest first. */
export function MoveList({ project, moves }: { project: number; moves: readonly RunMove[] }) {
  return (
    <ol className="flex flex-col">
      {moves.toReversed().map((move, at) => (
        // oxlint-disable-next-line react/no-array-index-key -- moves are only ever added, and counted from the first one
        <li key={moves.length - at} className="flex gap-3 border-t border-line px-4 py-2 first:border-t-0">
          <time dateTime={new Date(move.at_ms).toISOString()} className="w-12 shrink-0 text-muted tabular">
            {clock(move.at_ms)}
          </time>
          <div className="min-w-0">
            <span className="font-medium">{STATES[move.to]}</span>
            {move.feature !== null && (
              <>
                {" "}
                <Link
                  to="/p/$project/feature/$feature"
                  params={{ project, feature: move.feature }}
                  className="text-accent hover:underline"
                >
                  #{move.feature}
                </Link>
              </>
            )}
            {move.reason && <p className="text-muted wrap-anywhere">{move.reason}</p>}
          </div>
        </li>
      ))}
    </ol>
  );
}
