from absl import app, flags

flags.DEFINE_float("learning_rate", 1e-3, "Learning rate of the optimizer.", lower_bound=0.0)
flags.DEFINE_integer("batch_size", 128, "Examples in a batch.")
flags.DEFINE_enum("optimizer", "adam", ["sgd", "adam"], "The optimizer.")
flags.DEFINE_bool("use_bn", True, "Batch normalisation.")
flags.DEFINE_string("workdir", None, "Where to write.", required=True)
app.run(lambda _: None)
