"""Letters as hyper-parameters: in activations, in factors of layers, in losses and in their sums."""

from __future__ import annotations

from tests.answers.sample import all_pass, homework, last

NETWORKS = {
    "slopes": {
        "layers": "x:n -> Linear(d) -> LeakyReLU(alpha) -> Linear(K) -> ELU(beta)",
        "loss": "Huber(c) + lambda*L2(W1)",
        "batch": "N",
    },
    "temperature": {"layers": "x:n -> Linear(K) -> 1/T*Identity -> O", "loss": "SoftmaxCrossEntropy(O, t)"},
    "gate": {"layers": "x:n; h:n; x -> Linear(n) -> Sigmoid -> g; g * h -> Linear(K) -> o", "loss": "1/2*MSE(o, t)"},
}


def test_tables_and_gradients_are_read_back() -> None:
    for name in NETWORKS:
        items = [[{"kind": kind, "network": name}] for kind in ("gradients", "forward_table")]
        for item in items:
            context, part = last(homework(item, networks=NETWORKS))
            (answer,) = context.answered(part)
            assert all_pass(answer), [(claim.quantity, claim.check().note) for claim in answer.claims]
