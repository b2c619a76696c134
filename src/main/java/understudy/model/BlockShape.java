package understudy.model;

import java.util.ArrayList;
import java.util.List;

/// The linear layers of a block: what it is built from, counted by, and named after.
///
/// In the order q/k/v, o, gate/up, down. Those that share an input are one group, and one multiply.
final class BlockShape {
    private BlockShape() {}

    /// @param name within the block, such as `self_attn.q_proj`
    /// @return such as `q_proj`
    static String lastName(String name) {
        return name.substring(name.indexOf('.') + 1);
    }

    /// @param name    within the block, such as `self_attn.q_proj`
    /// @param outputs rows of its weight
    record Linear(String name, int outputs) {
        /// Such as `q_proj`.
        String lastName() {
            return BlockShape.lastName(name);
        }
    }

    /// Layers that share an input.
    ///
    /// @param inputs columns of each weight
    /// @param biased whether something is added to the outputs
    record Group(int inputs, boolean biased, List<Linear> members) {
        private Group(int inputs, boolean biased, Linear... members) {
            this(inputs, biased, List.of(members));
        }

        int outputs() {
            return members.stream().mapToInt(Linear::outputs).sum();
        }

        long parameters() {
            return (long) outputs() * inputs + (biased ? outputs() : 0);
        }
    }

    static List<Group> groups(ModelConfig c) {
        int query = c.heads() * c.headSize();
        int keyValue = c.kvHeads() * c.headSize();
        int wide = c.intermediate();
        ModelConfig.Biases biases = c.biases();
        boolean fused = c.family().fusesLayers();
        List<Group> groups = new ArrayList<>();
        groups.add(
                fused
                        ? new Group(
                                c.hidden(),
                                biases.qkv(),
                                new Linear("self_attn.qkv_proj", query + 2 * keyValue))
                        : new Group(
                                c.hidden(),
                                biases.qkv(),
                                new Linear("self_attn.q_proj", query),
                                new Linear("self_attn.k_proj", keyValue),
                                new Linear("self_attn.v_proj", keyValue)));
        groups.add(new Group(query, biases.output(), new Linear("self_attn.o_proj", c.hidden())));
        groups.add(
                fused
                        ? new Group(
                                c.hidden(), biases.mlp(), new Linear("mlp.gate_up_proj", 2 * wide))
                        : new Group(
                                c.hidden(),
                                biases.mlp(),
                                new Linear("mlp.gate_proj", wide),
                                new Linear("mlp.up_proj", wide)));
        groups.add(new Group(wide, biases.mlp(), new Linear("mlp.down_proj", c.hidden())));
        return List.copyOf(groups);
    }

    /// Weights of a block, norms and biases included.
    static long parameters(ModelConfig c) {
        long linear = groups(c).stream().mapToLong(Group::parameters).sum();
        long norms = (long) c.family().norms().count() * c.hidden();
        return linear + norms + (c.family().normsHeads() ? 2L * c.headSize() : 0);
    }

    /// Numbers that an adapter learns in a block.
    static long adapterParameters(ModelConfig c, LoraConfig lora) {
        long sum = 0;
        for (Group group : groups(c)) {
            for (Linear linear : group.members) {
                if (lora.changes(linear.lastName())) {
                    sum += (long) lora.rank() * (group.inputs + linear.outputs);
                }
            }
        }
        return sum;
    }
}
