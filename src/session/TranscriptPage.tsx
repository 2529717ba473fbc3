import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { Rocket, ScrollText } from "lucide-react";
import { useEffect, useState } from "react";
import { useApiQuery, useClient } from "@/api/context.tsx";
import { Failure, reasonOf, toFailure } from "@/api/failure.ts";
import { Badge } from "@/ui/Badge.tsx";
import { EmptyState } from "@/ui/EmptyState.tsx";
import { ErrorState } from "@/ui/ErrorState.tsx";
import { Page } from "@/ui/Page.tsx";
import { Select } from "@/ui/Select.tsx";
import { SkeletonRows } from "@/ui/Skeleton.tsx";
import { toast } from "@/ui/toast.ts";
import { findChange, wordsOfPath } from "./find-change.ts";
import { text, transcriptText } from "./messages.ts";
import type { TranscriptSearch } from "./search.ts";
import { TranscriptView } from "./TranscriptView.tsx";
import { endTone, endWords, MODES } from "./words.ts";

type Props = { project: number };

/** Everything the agents of a run said and did. */
export function TranscriptPage({ project }: Props) {
  const search = useSearch({ from: "/p/$project/transcript" });
  const navigate = useNavigate();
  const runs = useApiQuery("run_list", { project });
  const place = usePlace(project, search);
  const latest = runs.data?.[0]?.id;
  const run = search.run ?? place.run ?? (search.session === undefined ? latest : undefined);
  const shown = runs.data?.find((one) => one.id === run);
  return (
    <Page
      title={transcriptText.title}
      aside={
        shown && (
          <>
            <Badge tone={endTone(shown.end)}>{shown.end ? endWords(shown.end) : text.goingOn}</Badge>
            {shown.rehearsal && <Badge tone="warning">{text.rehearsal}</Badge>}
          </>
        )
      }
      actions={
        <>
          <Link
            to="/p/$project/run"
            params={{ project }}
            search={run === undefined ? {} : { run }}
            className="rounded-md px-2 py-1 text-muted hover:bg-hover hover:text-text max-md:hidden"
          >
            {text.openRun}
          </Link>
          {runs.data && run !== undefined && runs.data.length > 1 && (
            <Select
              label={text.run}
              className="w-56"
              value={String(run)}
              options={runs.data.map(({ id, mode }) => ({
                value: String(id),
                label: `${text.runNumber(id)} · ${MODES[mode].name}`,
              }))}
              onChange={(chosen) =>
                void navigate({ to: "/p/$project/transcript", params: { project }, search: { run: Number(chosen) } })
              }
            />
          )}
        </>
      }
      isBare
    >
      {runs.isError || place.failure ? (
        <Trouble failure={runs.error ?? place.failure} onRetry={() => void runs.refetch()} />
      ) : !runs.data || (run === undefined && runs.data.length > 0) ? (
        <SkeletonRows label={transcriptText.loading} count={10} />
      ) : run === undefined ? (
        <EmptyState icon={<Rocket aria-hidden />} title={transcriptText.none} description={transcriptText.noneWhat} />
      ) : (
        <TranscriptView key={`${project}/${run}`} project={project} run={run} search={search} />
      )}
    </Page>
  );
}

function Trouble({ failure, onRetry }: { failure: Failure | null; onRetry: () => void }) {
  if (!failure) return <EmptyState icon={<ScrollText aria-hidden />} title={transcriptText.none} />;
  const { message, hint, incident } = failure;
  return (
    <ErrorState title={transcriptText.failed} message={message} hint={hint} incident={incident} onRetry={onRetry} />
  );
}

/**
 * Finds out what a link leaves open: the run of a session, or the call that last changed a file. The latter is then part of
 * the URL, as if it had been linked to.
 */
function usePlace(project: number, search: TranscriptSearch): { run: number | undefined; failure: Failure | null } {
  const client = useClient();
  const navigate = useNavigate();
  const { session, changed, run } = search;
  const [found, setFound] = useState<{ session: string; run: number | undefined; failure: Failure | null } | null>(
    null,
  );

  useEffect(() => {
    if (run !== undefined || session === undefined) return;
    let isWanted = true;
    const look = async () => {
      for (const { id } of await client.run_list({ project })) {
        if (!isWanted) return;
        const { sessions } = await client.run_get({ project, run: id });
        if (sessions.some((one) => one.id === session)) return setFound({ session, run: id, failure: null });
      }
      const failure = new Failure({ code: "not_found", message: transcriptText.noSession, hint: null, incident: null });
      setFound({ session, run: undefined, failure });
    };
    look().catch((thrown: unknown) => setFound({ session, run: undefined, failure: toFailure(thrown) }));
    return () => {
      isWanted = false;
    };
  }, [client, project, run, session]);

  useEffect(() => {
    if (changed === undefined) return;
    let isWanted = true;
    const look = async () => {
      const hits = await client.transcript_search({
        project,
        query: wordsOfPath(changed),
        session: session ?? null,
        limit: 200,
      });
      const spot = await findChange(changed, hits, (of, from, limit) =>
        client.transcript_window({ project, session: of, from, limit }),
      );
      if (!isWanted) return;
      const of = hits.find((hit) => spot && hit.session === spot.session);
      if (!spot || !of)
        toast({ title: transcriptText.findTitle, description: transcriptText.findFailed(changed), tone: "danger" });
      const next = spot && of ? { run: of.run, session: spot.session, row: spot.ordinal } : { run, session };
      await navigate({
        to: "/p/$project/transcript",
        params: { project },
        search: next as TranscriptSearch,
        replace: true,
      });
    };
    look().catch((thrown: unknown) => {
      if (!isWanted) return;
      toast({ title: transcriptText.findTitle, description: reasonOf(toFailure(thrown)), tone: "danger" });
    });
    return () => {
      isWanted = false;
    };
  }, [client, navigate, project, changed, run, session]);

  return found !== null && found.session === session ? found : { run: undefined, failure: null };
}
