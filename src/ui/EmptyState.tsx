import type { ReactNode } from "react";

type Props = { icon?: ReactNode; title: string; description?: ReactNode; actions?: ReactNode };

/** Nothing is here, why that is, and what to do next. */
export function EmptyState({ icon, title, description, actions }: Props) {
  return (
    <div className="flex flex-1 flex-col items-center justify-center gap-3 p-10 text-center">
      {icon && <div className="text-faint [&>svg]:size-7 [&>svg]:stroke-[1.5]">{icon}</div>}
      <div className="max-w-md">
        <p className="text-base font-medium text-text">{title}</p>
        {description && <div className="mt-1 text-muted">{description}</div>}
      </div>
      {actions && <div className="mt-1 flex flex-wrap justify-center gap-2">{actions}</div>}
    </div>
  );
}
