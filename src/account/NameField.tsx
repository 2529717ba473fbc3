import { Field } from "@/ui/Field.tsx";
import { Input } from "@/ui/Input.tsx";
import { text } from "./messages.ts";

type Props = { value: string; onChange: (name: string) => void; hint?: string; isFocused?: boolean };

/** Who somebody is, as browsers and their keepers of passwords know it. */
export function NameField({ value, onChange, hint, isFocused = false }: Props) {
  return (
    <Field label={text.name} hint={hint}>
      {(wiring) => (
        <Input
          {...wiring}
          name="username"
          value={value}
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          autoFocus={isFocused}
          required
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </Field>
  );
}
