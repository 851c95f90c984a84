package dev.holdfast.hub.identity;

import dev.holdfast.store.StoreException;
import dev.holdfast.store.Table;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/** How a {@link DeviceModule} stands in its row, whose key is {@code device/module}: JSON. */
record ModuleRow(
        String generation,
        String managedBy,
        String authentication,
        @Nullable String primary,
        @Nullable String secondary) {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    static DeviceModule read(Table.Row row) {
        try {
            ModuleRow stored = JSON.readValue(row.value(), ModuleRow.class);
            ModuleName name = Identity.parse(row.key())
                    .flatMap(Identity::moduleName)
                    .orElseThrow(() -> new IllegalArgumentException("the key names no module"));
            return new DeviceModule(
                    name,
                    row.version(),
                    stored.generation,
                    stored.managedBy,
                    new StoredCredential(stored.authentication, stored.primary, stored.secondary).read());
        } catch (JacksonException | IllegalArgumentException e) {
            throw new StoreException("the row of module '" + row.key() + "' can't be read", e);
        }
    }

    static byte[] write(DeviceModule module) {
        StoredCredential credential = StoredCredential.of(module.authentication());
        return JSON.writeValueAsBytes(new ModuleRow(
                module.generation(),
                module.managedBy(),
                credential.authentication(),
                credential.primary(),
                credential.secondary()));
    }

    /** Holds keys. */
    @Override
    public String toString() {
        return "ModuleRow[" + authentication + "]";
    }
}
