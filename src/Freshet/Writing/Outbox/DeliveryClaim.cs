namespace Freshet;

/// <summary>The right to work off a delivery once: taken in the transaction of the write, so that both are committed or neither.</summary>
/// <param name="Source">Who delivers, such as a payment provider.</param>
/// <param name="Delivery">The delivery's id there.</param>
internal sealed record DeliveryClaim(string Source, string Delivery)
{
    /// <summary>Whose claim it is: an action that writes its own again is no second delivery.</summary>
    public Guid Id { get; } = RecordId.Next();
}

/// <summary>Another action has already committed the work of this delivery. The transaction must be rolled back; there is nothing left to do.</summary>
public sealed class DuplicateDeliveryException : FreshetException
{
    internal DuplicateDeliveryException(string source, string delivery) : base(
        $"The delivery '{delivery}' of '{source}' was worked off by another request. Let this exception end the transaction, so that nothing is written twice; the webhook endpoint answers that all is well.")
    {
        DeliverySource = source;
        Delivery = delivery;
    }

    /// <inheritdoc/>
    public override string Code => "duplicate-delivery";

    /// <summary>Who delivered.</summary>
    public string DeliverySource { get; }

    /// <summary>The delivery's id there.</summary>
    public string Delivery { get; }
}
