"""Problems, prompts and samples: plain records."""
