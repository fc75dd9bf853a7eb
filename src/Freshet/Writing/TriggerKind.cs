namespace Freshet;

/// <summary>What runs a write. It decides which calls are allowed, because it decides who is watching.</summary>
public enum TriggerKind
{
    /// <summary>A person waits for the result and must see it at once.</summary>
    UserAction,

    /// <summary>Another system tells us something; nobody waits.</summary>
    Webhook,

    /// <summary>A job or message consumer; nobody waits.</summary>
    Job,

    /// <summary>An operator's command line or dashboard, with a reason.</summary>
    Operator,
}

/// <summary>What <c>RevalidatePath</c> reaches.</summary>
public enum PathScope
{
    /// <summary>The page at the path, or every page of the route pattern.</summary>
    Page,

    /// <summary>Every page at or below the path: what shares its layout.</summary>
    Layout,
}
