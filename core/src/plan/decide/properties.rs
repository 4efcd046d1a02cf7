//! Properties of deciding, over random stacks.
