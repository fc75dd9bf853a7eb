namespace Freshet;

/// <summary>A mutation as an endpoint of a host declares it, to be listed and exported beside the catalogs' own. It stands in no catalog, and so has no owner.</summary>
/// <param name="Name">What its actions are called: <c>POST /invoices/{id}/pay</c>.</param>
/// <param name="Events">Names of the events it may raise, ordered; empty when it only uses <c>UpdateTag</c>, <c>RevalidateTag</c>, <c>RevalidatePath</c> or <c>Refresh</c>.</param>
/// <param name="Trigger">What it runs under.</param>
public sealed record EndpointMutation(string Name, IReadOnlyList<string> Events, TriggerKind Trigger);
