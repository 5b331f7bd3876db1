"""The model that a store was recorded from."""

from latent_reasoning.activations.store import ActivationStore
from latent_reasoning.errors import ActivationError, one_of
from latent_reasoning.models.loading import LoadedModel, load_model
from latent_reasoning.models.tokenization import tokenizer_sha256


def model_of(
    store: ActivationStore,
    role: str,
    name: str | None = None,
    dtype: str = "float32",
    device: str = "cpu",
) -> LoadedModel:
    """Load the model recorded in a role.

    Args:
        store: The recording.
        role: base or tuned.
        name: Where the model is now; its name in the store if None.
        dtype: Number format it computes in.
        device: Where it runs.

    Raises:
        ActivationError: No such role was recorded, or the model has another tokenizer.
        UnknownModelError: Nothing is found by that name.
    """
    if role not in store.manifest.models:
        raise ActivationError(one_of("features", "recorded model", role, store.manifest.models))
    model = load_model(name or store.manifest.models[role], dtype=dtype, device=device)
    if tokenizer_sha256(model.tokenizer) != store.manifest.tokenizer_sha256:
        raise ActivationError(
            f"features: the tokenizer of {model.name!r} is not the one {str(store.path)!r} was "
            f"recorded with; expected that of {store.manifest.models[role]!r}, give --model"
        )
    return model
