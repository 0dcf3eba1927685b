namespace MedCloud.Dicom.Network;

/// <summary>The associations that a server allows at one time.</summary>
internal sealed class AssociationSlots(int count)
{
    private int taken;

    public bool TryTake()
    {
        if (Interlocked.Increment(ref taken) <= count)
            return true;
        Interlocked.Decrement(ref taken);
        return false;
    }

    public void GiveBack() => Interlocked.Decrement(ref taken);
}
