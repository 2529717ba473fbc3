import { Eye, EyeOff } from "lucide-react";
import { type ReactNode, useState } from "react";
import { Field } from "@/ui/Field.tsx";
import { IconButton } from "@/ui/IconButton.tsx";
import { Input } from "@/ui/Input.tsx";
import { text } from "./messages.ts";

type Props = {
  label: string;
  value: string;
  onChange: (value: string) => void;
  /** What password managers go by. */
  autoComplete: "current-password" | "new-password";
  hint?: ReactNode;
  error?: ReactNode;
  isFocused?: boolean;
};

/** A password, which can be looked at: better than typing a new one twice. */
export function SecretField({ label, value, onChange, autoComplete, hint, error, isFocused = false }: Props) {
  const [isShown, setShown] = useState(false);
  return (
    <Field label={label} hint={hint} error={error}>
      {(wiring) => (
        <div className="relative">
          <Input
            {...wiring}
            name={autoComplete}
            type={isShown ? "text" : "password"}
            value={value}
            autoComplete={autoComplete}
            autoCapitalize="none"
            spellCheck={false}
            autoFocus={isFocused}
            required
            className="pr-10"
            onChange={(event) => onChange(event.target.value)}
          />
          <IconButton
            label={isShown ? text.hide : text.show}
            aria-pressed={isShown}
            className="absolute inset-y-0 right-0 h-full"
            icon={isShown ? <EyeOff aria-hidden className="size-4" /> : <Eye aria-hidden className="size-4" />}
            onClick={() => setShown(!isShown)}
          />
        </div>
      )}
    </Field>
  );
}
