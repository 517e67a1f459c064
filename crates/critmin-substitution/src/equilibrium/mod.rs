//! What do markets do by themselves when a source, a route or a price changes?
