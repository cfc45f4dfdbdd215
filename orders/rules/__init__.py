"""What an order may do: pure rules from a state and a wish to a change, or a refusal that says why."""
