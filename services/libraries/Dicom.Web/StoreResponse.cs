namespace MedCloud.Dicom.Web;

/// <summary>Collects what became of each part of a Store request: the Store Instances Response Module (PS3.18 annex I) and the HTTP status.</summary>
/// <param name="urls">Where stored instances can be retrieved.</param>
public sealed class StoreResponse(ResourceUrls urls)
{
    private const ushort OutOfResources = 0xA700;

    private readonly List<DataSet> stored = [];
    private readonly List<DataSet> failed = [];
    private readonly List<DataSet> other = [];
    private readonly HashSet<Uid> studies = [];
    private bool onlyOutOfResources = true;

    /// <summary>How many instances were stored.</summary>
    public int Stored => stored.Count;

    /// <summary>How many parts were not.</summary>
    public int Failed => failed.Count + other.Count;

    /// <summary>
    /// 200 all stored, 202 some, 409 none (PS3.18 table 10.5.3-1); 503 where nothing was stored for want of resources alone, so that the sender tries again.
    /// </summary>
    /// <exception cref="InvalidOperationException">There was no part: that is no Store response.</exception>
    public int HttpStatus => (Stored, Failed) switch
    {
        (0, 0) => throw new InvalidOperationException("a Store response needs an outcome"),
        (_, 0) => 200,
        (0, _) => onlyOutOfResources ? 503 : 409,
        _ => 202,
    };

    /// <summary>Adds an instance that is stored.</summary>
    public void AddStored(Uid study, Uid series, Uid sopClass, Uid instance)
    {
        studies.Add(study);
        var item = Reference(sopClass, instance);
        item.Set(DicomTags.RetrieveUrl, urls.Instance(study, series, instance));
        stored.Add(item);
    }

    /// <summary>Adds a part that is not stored; without a SOP Instance UID it goes to the Other Failures Sequence.</summary>
    /// <param name="reason">Failure Reason (0008,1197), PS3.18 table I.2-2.</param>
    /// <param name="sentence">Why, in at most 64 ASCII characters, without identifiers.</param>
    /// <param name="sopClass">Null where it is not known.</param>
    /// <param name="instance">Null where it is not known.</param>
    public void AddFailed(ushort reason, string sentence, Uid? sopClass = null, Uid? instance = null)
    {
        onlyOutOfResources &= reason == OutOfResources;
        var comment = new DataSet();
        comment.Set(DicomTags.ErrorComment, sentence);
        var item = Reference(sopClass, instance);
        item.SetUInt16(DicomTags.FailureReason, reason);
        item.SetSequence(DicomTags.FailedAttributesSequence, comment);
        (instance is null ? other : failed).Add(item);
    }

    /// <summary>The module. Its Retrieve URL (type 2) is empty where no study, or more than one, was stored.</summary>
    public DataSet ToDataSet()
    {
        var module = new DataSet();
        module.Set(DicomTags.RetrieveUrl, studies.Count == 1 ? [urls.Study(studies.First())] : []);
        SetItems(module, DicomTags.FailedSopSequence, failed);
        SetItems(module, DicomTags.ReferencedSopSequence, stored);
        SetItems(module, DicomTags.OtherFailuresSequence, other);
        return module;
    }

    private static void SetItems(DataSet module, DicomTag tag, List<DataSet> items)
    {
        if (items.Count > 0)
            module.SetSequence(tag, [.. items]);
    }

    private static DataSet Reference(Uid? sopClass, Uid? instance)
    {
        var item = new DataSet();
        if (sopClass is not null && instance is not null)
            item.Set(DicomTags.ReferencedSopClassUid, $"{sopClass}");
        if (instance is not null)
            item.Set(DicomTags.ReferencedSopInstanceUid, $"{instance}");
        return item;
    }
}
