import { createContext, memo, type ReactNode, useContext } from "react";
import ReactMarkdown, { type Components } from "react-markdown";
import remarkGfm from "remark-gfm";

const PLUGINS = [remarkGfm];
const ALLOWED = /^(https?:|mailto:)/i;

type Props = {
  text: string;
  /** Opens a link outside of the application; without it links are only text. */
  onLink?: (url: string) => void;
};

/** How links are opened where the Markdown is shown; none makes them text. */
const OpenLink = createContext<((url: string) => void) | undefined>(undefined);

function Link({ href, children }: { href?: string | undefined; children?: ReactNode }) {
  const open = useContext(OpenLink);
  if (!open || !href || !ALLOWED.test(href)) return <span title={href}>{children}</span>;
  return (
    <a
      href={href}
      title={href}
      className="text-accent underline underline-offset-2"
      onClick={(event) => {
        event.preventDefault();
        open(href);
      }}
      onAuxClick={(event) => event.preventDefault()}
    >
      {children}
    </a>
  );
}

const COMPONENTS: Components = {
  a: Link,
  img: ({ alt, src }) => <span className="text-faint">[picture: {alt || (typeof src === "string" ? src : "")}]</span>,
  h1: ({ children }) => <p className="mt-3 mb-1 text-base font-semibold first:mt-0">{children}</p>,
  h2: ({ children }) => <p className="mt-3 mb-1 text-base font-semibold first:mt-0">{children}</p>,
  h3: ({ children }) => <p className="mt-2 mb-1 font-semibold first:mt-0">{children}</p>,
  h4: ({ children }) => <p className="mt-2 mb-1 font-semibold first:mt-0">{children}</p>,
  h5: ({ children }) => <p className="mt-2 mb-1 font-semibold first:mt-0">{children}</p>,
  h6: ({ children }) => <p className="mt-2 mb-1 font-semibold first:mt-0">{children}</p>,
  p: ({ children }) => <p className="my-1.5 first:mt-0 last:mb-0">{children}</p>,
  ul: ({ children }) => <ul className="my-1.5 list-disc pl-5 marker:text-faint">{children}</ul>,
  ol: ({ children, start }) => (
    <ol start={start} className="my-1.5 list-decimal pl-5 marker:text-faint">
      {children}
    </ol>
  ),
  li: ({ children }) => <li className="my-0.5">{children}</li>,
  blockquote: ({ children }) => (
    <blockquote className="my-1.5 border-l-2 border-line-strong pl-3 text-muted">{children}</blockquote>
  ),
  pre: ({ children }) => (
    <pre className="my-1.5 rounded-md border border-line bg-canvas px-3 py-2 text-xs wrap-anywhere whitespace-pre-wrap [&_code]:border-0 [&_code]:bg-transparent [&_code]:p-0">
      {children}
    </pre>
  ),
  code: ({ children }) => (
    <code className="rounded-sm border border-line bg-canvas px-1 py-px font-mono text-[0.92em]">{children}</code>
  ),
  table: ({ children }) => <table className="my-1.5 border-collapse text-xs">{children}</table>,
  th: ({ children }) => <th className="border border-line px-2 py-1 text-left font-medium">{children}</th>,
  td: ({ children }) => <td className="border border-line px-2 py-1">{children}</td>,
  hr: () => <hr className="my-2 border-line" />,
  input: ({ checked }) => <span aria-hidden>{checked ? "☑ " : "☐ "}</span>,
};
/**
 * Markdown as an agent writes it. HTML in it is shown as text, pictures are not fetched, and links leave the application
 * only through `onLink`.
 */
export const Markdown = memo(function Markdown({ text, onLink }: Props) {
  return (
    <OpenLink value={onLink}>
      <div className="wrap-anywhere">
        <ReactMarkdown remarkPlugins={PLUGINS} components={COMPONENTS}>
          {text}
        </ReactMarkdown>
      </div>
    </OpenLink>
  );
});
