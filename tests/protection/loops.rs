//! Agents that go round in circles, stand still or burn tokens.
