import { useLocation, useNavigate } from "@tanstack/react-router";
import { Unplug } from "lucide-react";
import { type ReactNode, useEffect, useState, useSyncExternalStore } from "react";
import { useApi } from "@/api/context.tsx";
import { type Door, whoOf } from "@/api/door.ts";
import { asSentence } from "@/api/failure.ts";
import { retryDelay } from "@/api/retry.ts";
import { Button } from "@/ui/Button.tsx";
import { cx } from "@/ui/cx.ts";
import { Curtain } from "@/ui/Curtain.tsx";
import { EmptyState } from "@/ui/EmptyState.tsx";
import { Skeleton } from "@/ui/Skeleton.tsx";
import { FirstUserPage } from "./FirstUserPage.tsx";
import { fragmentOf, NO_FRAGMENT } from "./fragment.ts";
import { LoginPage } from "./LoginPage.tsx";
import { text } from "./messages.ts";
import { PairPage } from "./PairPage.tsx";

/** Shows the application to those who are in, and to others the way in. The address stays: it is where one comes back to. */
export function Gate({ children }: { children: ReactNode }) {
  const { door } = useApi();
  return door ? <Guarded door={door}>{children}</Guarded> : children;
}

function Guarded({ door, children }: { door: Door; children: ReactNode }) {
  const { auth, failure, expired } = useSyncExternalStore(door.watch, door.view);
  const isPairing = useLocation({ select: ({ pathname }) => pathname === "/pair" });
  const { token, code } = useFragment();
  const who = whoOf(auth);
  const shown = useShown(who, expired !== null);

  useEffect(() => void door.look(), [door]);

  if (!auth) return failure ? <Unreachable door={door} why={failure.message} /> : <Connecting />;
  if (auth.needs_setup) return <FirstUserPage key={token} door={door} token={token} />;
  if (isPairing) return <PairPage key={code} door={door} code={code} />;
  if (shown === null) return who === null ? <LoginPage door={door} expired={null} /> : <Connecting />;
  return (
    <>
      {/* Kept as it is, with all that was typed, and seen by nobody. */}
      <div key={shown} className={cx("contents", expired !== null && "invisible")}>
        {children}
      </div>
      {expired !== null && (
        <Curtain title={text.login.again}>
          <LoginPage door={door} expired={expired} />
        </Curtain>
      )}
    </>
  );
}

/** For whom the application is drawn: who is in, or whose session has just ended. */
function useShown(who: string | null, hasExpired: boolean): string | null {
  const [shown, setShown] = useState<string | null>(null);
  const next = who === null && hasExpired ? shown : who;
  if (next !== shown) setShown(next);
  return next;
}

/** Takes a secret out of the address at once, so that neither history nor a glance at the screen gives it away. */
function useFragment() {
  const hash = useLocation({ select: (location) => location.hash });
  const navigate = useNavigate();
  const [kept, setKept] = useState({ hash: "", fragment: NO_FRAGMENT });
  const found = hash === kept.hash ? null : fragmentOf(hash);
  if (found) setKept({ hash, fragment: found });
  useEffect(() => {
    if (fragmentOf(hash)) void navigate({ to: ".", search: true, hash: "", replace: true });
  }, [hash, navigate]);
  return kept.fragment;
}

function Connecting() {
  return (
    <main role="status" aria-label={text.connecting} className="flex h-full items-center justify-center bg-canvas p-8">
      <Skeleton className="h-40 w-full max-w-sm" />
    </main>
  );
}

function Unreachable({ door, why }: { door: Door; why: string }) {
  const [tries, setTries] = useState(0);
  useEffect(() => {
    const again = () => {
      void door.look();
      setTries((before) => before + 1);
    };
    const timer = setTimeout(again, retryDelay(tries + 2));
    window.addEventListener("online", again);
    return () => {
      clearTimeout(timer);
      window.removeEventListener("online", again);
    };
  }, [door, tries]);
  return (
    <main className="flex h-full flex-col bg-canvas">
      <h1 className="sr-only">{text.product}</h1>
      <EmptyState
        icon={<Unplug aria-hidden />}
        title={text.unreachable}
        description={
          <>
            <p>{text.unreachableHint}</p>
            <p className="mt-1 text-xs text-faint">{asSentence(why)}</p>
          </>
        }
        actions={<Button onClick={() => void door.look()}>{text.retry}</Button>}
      />
    </main>
  );
}
