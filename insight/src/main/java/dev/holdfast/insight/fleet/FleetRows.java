package dev.holdfast.insight.fleet;

import dev.holdfast.store.Table;
import dev.holdfast.tls.hello.HelloShape;
import java.util.Collection;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/** The fleet as it stands in the table: a row of JSON for each device, and one for each shape of hello. */
final class FleetRows {
    private static final Logger LOG = LoggerFactory.getLogger(FleetRows.class);
    private static final String SCOPE = "fleet";
    private static final String DEVICE = "device";
    private static final String SHAPE = "shape";
    private static final JsonMapper JSON = JsonMapper.shared();

    private final Table table;

    FleetRows(Table table) {
        this.table = table;
    }

    void loadShapes(Consumer<KnownShape> shapes) {
        load(SHAPE, HelloShape.class, shape -> shapes.accept(KnownShape.of(shape)));
    }

    void loadDevices(Consumer<FleetDevice> devices) {
        load(DEVICE, FleetDevice.class, device -> devices.accept(device.shared()));
    }

    /** A row that can't be read is one device less to know of, and no reason not to start. */
    private <T> void load(String kind, Class<T> type, Consumer<T> each) {
        table.each(SCOPE, kind, row -> {
            try {
                each.accept(JSON.readValue(row.value(), type));
            } catch (JacksonException | NullPointerException e) {
                LOG.warn("what is known of {} '{}' can't be read", kind, row.key(), e);
            }
        });
    }

    void writeShapes(Collection<KnownShape> shapes) {
        if (!shapes.isEmpty()) {
            table.transact(SCOPE, rows -> {
                shapes.forEach(shape -> rows.put(SHAPE, shape.id(), JSON.writeValueAsBytes(shape.shape())));
                return null;
            });
        }
    }

    void deleteShapes(Collection<String> ids) {
        if (!ids.isEmpty()) {
            table.transact(SCOPE, rows -> {
                ids.forEach(id -> rows.delete(SHAPE, id));
                return null;
            });
        }
    }

    /** @param devices null where there is none any more */
    void write(Map<DeviceKey, @Nullable FleetDevice> devices) {
        table.transact(SCOPE, rows -> {
            devices.forEach((key, device) -> {
                if (device == null) {
                    rows.delete(DEVICE, key.row());
                } else {
                    rows.put(DEVICE, key.row(), JSON.writeValueAsBytes(device));
                }
            });
            return null;
        });
    }
}
