from tests.test_docs import TheDocuments as TheDocuments  # those that need PyTorch too
