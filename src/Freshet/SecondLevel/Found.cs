namespace Freshet;

/// <summary>A value of the second level that will do, with everything it inherits (PROTOCOL 4).</summary>
/// <param name="Value">The value.</param>
/// <param name="Captured">Epoch and position of its load, with this node's marks.</param>
/// <param name="Marks">The marks of all its tags, acquired from those; whoever takes the value takes them over.</param>
/// <param name="CapturedAt">When its load began, by this node's clock. May be before that clock's beginning.</param>
/// <param name="ExpiresAt">When it dies, by this node's clock.</param>
/// <param name="LoadTook">How long its load took.</param>
internal sealed record Found<TValue>(TValue Value, AppliedPosition Captured, TagMark[] Marks, long CapturedAt, long ExpiresAt, TimeSpan LoadTook);
