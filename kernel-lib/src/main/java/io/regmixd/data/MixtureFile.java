package io.regmixd.data;

import io.regmixd.mixture.Mixture;
import io.regmixd.store.Json;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// A file of mixtures that others published, to train beside one's own.
///
/// Its field `mixtures` is an object of mixtures by name, each an object of weights by domain; `description` says
/// where they are from.
///
/// Weights are taken in proportion and need not sum to one. `data-manifests/pile-mixtures.json` has those that
/// RegMix compares with.
public final class MixtureFile {

    private static final Set<String> FIELDS = Set.of("description", "mixtures");

    private MixtureFile() {}

    /// The mixtures by name, in the order of the file.
    ///
    /// @param domains of every mixture that is made, in this order: a corpus's
    /// @throws IOException if there is no such file, or it holds something else; names the mixture, the domain and
    ///     what is expected
    public static Map<String, Mixture> read(Path file, List<String> domains) throws IOException {
        try {
            ObjectNode json = Json.read(file);
            requireNames("fields", json.propertyNames(), FIELDS);
            if (!(json.get("mixtures") instanceof ObjectNode named) || named.isEmpty()) {
                throw new IllegalArgumentException("mixtures: expected an object with at least one mixture");
            }
            Map<String, Mixture> mixtures = new LinkedHashMap<>();
            for (Map.Entry<String, JsonNode> mixture : named.properties()) {
                mixtures.put(mixture.getKey(), mixture("mixtures." + mixture.getKey(), mixture.getValue(), domains));
            }
            return mixtures;
        } catch (IllegalArgumentException e) {
            throw new IOException(file + ": " + e.getMessage(), e);
        }
    }

    private static Mixture mixture(String field, JsonNode weights, List<String> domains) {
        requireNames(field + ": domains", weights.propertyNames(), domains);
        try {
            return Mixture.proportional(
                    domains,
                    domains.stream()
                            .mapToDouble(domain -> Json.number(weights.get(domain), domain))
                            .toArray());
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(field + ": " + e.getMessage(), e);
        }
    }

    private static void requireNames(String what, Collection<String> found, Collection<String> expected) {
        if (!new TreeSet<>(found).equals(new TreeSet<>(expected))) {
            throw new IllegalArgumentException(what + " are " + found + ", expected " + expected);
        }
    }
}
