//! Every rule of deciding, one by one.
